// Draws the charts of a page from the JSON beside them; the table below each says the same.
"use strict";
(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--lamp-${name}`).trim();

  // A line over time: the days below, the numbers on the left.
  const lines = (data) => ({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 16, top: 36, bottom: 4, containLabel: true },
    legend: { top: 4, itemWidth: 12, itemHeight: 12 },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLabel: { color: "#35434f" } },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#e6eaef" } } },
    series: data.series.map((line) => ({
      name: line.name, type: "line", symbolSize: 5, data: line.values,
      itemStyle: { color: colour(line.colour) }, lineStyle: { color: colour(line.colour), width: 2 },
    })),
  });

  const option = (data, narrow) => ({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 12, top: 36, bottom: 4, containLabel: true },
    legend: { top: 4, itemWidth: 12, itemHeight: 12 },
    // Drawn on the canvas: as HTML it would need inline styles, which the page's policy forbids.
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", confine: true },
    xAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: "#e6eaef" } } },
    yAxis: {
      type: "category", inverse: true, data: data.labels, axisTick: { show: false },
      axisLabel: { width: narrow ? 92 : 160, overflow: "truncate", color: "#35434f" },
    },
    series: data.series.map((line) => ({
      name: line.name, type: "bar", stack: "all", barMaxWidth: 22, data: line.values, itemStyle: { color: colour(line.colour) },
    })),
  });

  const draw = (place) => {
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.style.height = data.kind === "line" ? "16rem" : `${Math.max(9, 4.5 + data.labels.length * 2)}rem`;
    const chart = echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(data.kind === "line" ? lines(data) : option(data, place.clientWidth < 500));
    new ResizeObserver(() => chart.resize()).observe(place);
  };

  const drawAll = () => document.querySelectorAll("[data-chart]:not([_echarts_instance_])").forEach(draw);
  document.addEventListener("htmx:afterSettle", drawAll);
  drawAll();
})();
