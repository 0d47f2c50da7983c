"""Procedures for tests: the smallest that loads, and one that uses every key."""

SMALL = """\
code = "small"
name = "小规程"
version = 1
item_word = "事项"
number = "小〔{year}〕{no}号"
columns = [{ field = "title", label = "标题", required = true }]
levels = [{ name = "审核", role = "reviewer", scope = "register" }]
closing = [{ kind = "measures" }]
[flow]
approval = false
acceptance = false
plan = false
[deadlines]
required = false
roll = true
immediate = "5 workdays"
cycle = "month"
[colours]
scheme = "green-yellow-red"
rules = [{ kind = "overdue" }]
"""

FULL = """\
code = "full-2"
name = "全规程"
version = 12
item_word = "项目"
number = "{register}〔{year}〕{no}号"
description = " 样样都有 "
evidence = ["照片", "报告"]
columns = [
  { field = "title", label = "标题", required = true },
  { field = "class", label = "类别", choices = ["甲", "乙"] },
  { field = "source", label = "来源", choices = ["会议"], open = true },
  { field = "urgency", label = "缓急", type = "choice", choices = ["急", "缓"], required = true },
  { field = "quantity", label = "目标" },
  { field = "amount", label = "完成" },
]
levels = [
  { name = "自查", role = "unit_head", scope = "owner", limit = "16 workhours" },
  { name = "会审", role = "lead", scope = "register", meeting = true },
]

[flow]
approval = true
acceptance = true
accept_limit = "24 hours"
plan = true
plan_limit = "1 month"
returns = { times = 2, limit = "2 workdays", approver = "lead", decide = "8 workhours" }
extensions = { times = 3, length = "30 days", notice = "3 workdays", approver = "lead", decide = "1 day" }
transfers = { times = 2, approver = "lead", decide = "1 workday" }
suspensions = { times = 1, length = "2 months", approver = "supervisor", decide = "2 workdays" }
merges = { approver = "supervisor", decide = "3 workdays" }
escalations = { times = 4, approver = "lead", decide = "4 workdays", respond = "5 workdays" }

[[closing]]
kind = "measures"
reason = "措施未完。"
[[closing]]
kind = "progress"
[[closing]]
kind = "percent"
[[closing]]
kind = "target"
[[closing]]
kind = "rating"
[[closing]]
kind = "evidence"
name = "照片"
of = ["照片"]
count = 2
basis = "验收办法第三条"
reason = "缺照片。"
[[closing]]
kind = "evidence"
name = "随便"
at = "close"
basis = "办法"
reason = "缺材料。"
[[closing]]
kind = "statement"
name = "公示"
at = "close"
reason = "没有公示。"

[deadlines]
required = true
roll = false
immediate = "3 days"
cycle = "half-year"
[[deadlines.defaults]]
class = "甲"
urgency = "急"
limit = "1 workday"
[[deadlines.defaults]]
urgency = "急"
limit = "2 days"
[[deadlines.defaults]]
class = "甲"
limit = "1 month"
[[deadlines.defaults]]
limit = "2 months"

[colours]
scheme = "green-blue-yellow-red"
[[colours.rules]]
kind = "overdue"
reason = "超了"
[[colours.rules]]
kind = "near"
within = "5 workdays"
share = 25
[[colours.rules]]
kind = "near"
name = "很近"
colour = "yellow"
within = "12 hours"
[[colours.rules]]
kind = "behind"
colour = "yellow"
points = 20
[[colours.rules]]
kind = "milestone"
[[colours.rules]]
kind = "stale"
after = "10 workdays"
[[colours.rules]]
kind = "check-in"

[messages]
always = true
urgent = ["急"]

[[slips]]
kind = "notice"
number = "通{year}-{no}"
on = "assigned"
to = ["handler"]
[[slips]]
kind = "feedback"
name = "催签"
number = "签{year}-{no}"
on = "accept-overdue"
after = "1 day"
to = ["unit_head"]
copy = ["lead", "supervisor"]
answer = "8 workhours"
approver = "supervisor"
[[slips]]
kind = "warning"
number = "警{no}-{year}"
on = "plan-overdue"
to = ["unit_head"]
[[slips]]
kind = "interview"
number = "谈{year}-{no}"
on = "unanswered"
of = "催签"
to = ["unit_head"]
approver = "lead"
[[slips]]
kind = "prompt"
number = "提{year}-{no}"
on = "behind"
to = ["handler"]

[look_back]
after = ["60 workdays", "3 months", "120 days"]
sample = 20
role = "checker"

[recurring]
within = "6 months"
times = 2
units = 4
by = "urgency"

[quantity]
label = "户数"
unit = "户"
required = false
milestones = true

[labels.states]
working = "建设中"
[labels.actions]
close = "办结"
"""
