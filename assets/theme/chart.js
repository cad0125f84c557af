let plotly;
function load(address) {
  if (!plotly) {
    plotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve(window.Plotly);
      script.onerror = reject;
      document.head.appendChild(script);
    });
  }
  return plotly;
}

// Figures name colours of the theme ("$text"): what they are is known here only.
function themed(value, style) {
  if (Array.isArray(value)) return value.map((entry) => themed(entry, style));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, themed(entry, style)]));
  }
  const names = { $text: "--st-text-color", $paper: "--st-background-color", $line: "--st-border-color" };
  return names[value] ? style.getPropertyValue(names[value]).trim() || value : value;
}

// Made once a node and language: Plotly.react takes a new function for a changed configuration and starts afresh, zoom lost.
function buttonsOf(Plotly, data) {
  const reset = {
    name: "reset",
    title: data.words.reset,
    icon: Plotly.Icons.home,
    click: (chart) => Plotly.relayout(chart, { "xaxis.autorange": true, "yaxis.autorange": true }),
  };
  const picture = {
    name: "picture",
    title: data.words.picture,
    icon: Plotly.Icons.camera,
    click: (chart) => Plotly.downloadImage(chart, { format: "png", scale: 2, filename: data.file }),
  };
  return [[reset, picture]];
}

const PACE = { every: 3000, seldom: 9000 };

export default function ({ data: [data], parentElement, setTriggerValue }) {
  let node = parentElement.querySelector(".parafine-chart");
  if (!node) {
    node = document.createElement("div");
    node.className = "parafine-chart";
    node.setAttribute("role", "figure");
    node.dataset.name = data.file;
    parentElement.appendChild(node);
  }
  node.setAttribute("aria-label", data.alt);
  node.style.height = data.height + "px";
  const draw = (figure) =>
    load(data.script).then((Plotly) => {
      const drawn = themed(figure, getComputedStyle(node));
      if (node.buttons?.[0][0].title !== data.words.reset) node.buttons = buttonsOf(Plotly, data);
      const config = { displaylogo: false, responsive: true, modeBarButtons: node.buttons };
      Plotly.react(node, drawn.data, drawn.layout, config);
      if (data.picks && !node.picks) {
        node.picks = true;
        node.on("plotly_click", ({ points: [point] }) => setTriggerValue("picked", point.customdata));
      }
      node.dataset.points = String(drawn.data.reduce((sum, trace) => sum + ((trace.x || trace.z || []).length), 0));
    });
  draw(data.figure);
  node.ask = undefined;
  return data.live ? keepAsking(node, data.live, PACE, (now) => draw(now.figure)) : undefined;
}
