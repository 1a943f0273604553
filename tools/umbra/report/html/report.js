"use strict";
// Everything in the page stands there without this script, but for the charts.
(function () {
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById("data").textContent);
  root.classList.remove("without-script");

  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  function bytes(value) {
    let unit = 0;
    while (value >= 1000 && unit + 1 < data.units.length) { value /= 1000; ++unit; }
    const digits = { minimumFractionDigits: unit && 1, maximumFractionDigits: 1 };
    return data.units[unit].replace("{}", value.toLocaleString(root.lang, digits));
  }

  function axis(options) {
    return Object.assign({ grid: { color: colour("line") }, ticks: Object.assign({ color: colour("faint") }, options.ticks),
      beginAtZero: true }, options.stacked ? { stacked: true } : {});
  }

  const builders = {
    trend(chart) {
      return { type: "line",
        data: { labels: chart.labels, datasets: chart.series.map((series, i) => ({ label: series.name, data: series.values,
          borderColor: colour("c" + i % 7), backgroundColor: colour("c" + i % 7), pointRadius: 2,
          borderDash: i > 6 ? [4, 3] : [] })) },
        options: { scales: { x: axis({}), y: axis({ ticks: { precision: 0 } }) },
          interaction: { mode: "index", intersect: false } } };
    },
    policy(chart) {
      return { type: "bar",
        data: { labels: chart.labels, datasets: chart.series.map((series) => ({ label: series.name, data: series.values,
          backgroundColor: colour(series.colour) })) },
        options: { indexAxis: "y", scales: { x: axis({ stacked: true, ticks: { callback: bytes } }), y: axis({ stacked: true }) },
          plugins: { tooltip: { callbacks: { label: (item) => item.dataset.label + ": " + bytes(item.raw) } } } } };
    },
    law(chart) {
      return { type: "doughnut",
        data: { labels: chart.labels, datasets: [{ data: chart.values, borderColor: colour("paper"),
          backgroundColor: chart.values.map((value, i) => colour("c" + i % 7)) }] },
        options: { plugins: { legend: { position: "right" },
          tooltip: { callbacks: { label: (item) => item.label + ": " + bytes(item.raw) } } } } };
    },
  };

  let charts = [];
  function draw() {
    charts.forEach((chart) => chart.destroy());
    charts = [];
    Chart.defaults.color = colour("ink");
    Chart.defaults.locale = root.lang;
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
      const name = canvas.dataset.chart;
      charts.push(new Chart(canvas, builders[name](data[name])));
    }
  }
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => { root.classList.add("paper"); draw(); });
  addEventListener("afterprint", () => { root.classList.remove("paper"); draw(); });

  const value = (row, place) => {
    const cell = row.cells[place];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };
  function sort(table, heading, place) {
    const falling = heading.getAttribute("aria-sort") !== "descending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    rows.sort((one, other) => {
      const a = value(one, place), b = value(other, place);
      if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
      const order = typeof a === "number" ? a - b : a.localeCompare(b, root.lang);
      return falling ? -order : order;
    });
    body.append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    Array.from(table.tHead.rows[0].cells).forEach((heading, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      button.addEventListener("click", () => sort(table, heading, place));
      heading.replaceChildren(button);
    });
    const rows = Array.from(table.tBodies[0].rows);
    if (rows.length < 6) continue;
    const label = document.createElement("label");
    label.className = "search";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = table.caption.dataset.search;
    input.setAttribute("aria-label", table.caption.dataset.search);
    const found = document.createElement("span");
    found.className = "faint";
    found.setAttribute("role", "status");
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase();
      let count = 0;
      for (const row of rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        if (!row.hidden) ++count;
      }
      found.textContent = wanted === "" ? "" : " " + count + " / " + rows.length;
    });
    label.append(input, found);
    table.parentElement.before(label);
  }
})();
