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

const EVERY = 3000;
const SELDOM = 9000;

// Asks again and again for what a figure has become, while the node is there and nobody has drawn it anew; more and more
// seldom while nothing is new.
function keepFresh(node, address, draw) {
  let version = "";
  let every = EVERY;
  let timer;
  const ask = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(address + "?have=" + version);
        if (node.ask !== ask) return;
        every = answer.status === 200 ? EVERY : Math.min(SELDOM, every * 1.5);
        if (answer.status === 200) {
          version = answer.headers.get("X-Version");
          draw((await answer.json()).figure);
        }
      } catch {
        // The server is away, or starts: it is asked again.
      }
    }
    if (node.ask === ask) timer = setTimeout(ask, every);
  };
  node.ask = ask;
  timer = setTimeout(ask, EVERY);
  return () => {
    clearTimeout(timer);
    if (node.ask === ask) node.ask = undefined;
  };
}

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
  return data.live ? keepFresh(node, data.live, draw) : undefined;
}
