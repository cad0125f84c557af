// Streamlit writes <html lang="en"> and a few words of its own in English, whatever language the page speaks.
// Here the page's language is told to the browser, and those words are put in ours, also when Streamlit draws them again.
const PLACES = "[data-testid=stFileUploader], [data-testid=stWidgetLabel], [data-testid=stTooltipIcon], [data-testid=InputInstructions], [data-testid=stSelectboxVirtualDropdown], [role=listbox]";
const originals = new WeakMap();
let words = {};
let numbers = {};
let observer;

// What holds a number: "236.9KB", a file's size, in the signs of the page's language; and the refusal of a large file.
function counted(said) {
  const large = said.match(/^File must be .+ or smaller\.$/);
  if (large) return numbers.large;
  const found = said.match(/^([\d.]+)(B|KB|MB|GB)$/);
  return found && found[1].replace(".", numbers.decimal) + "\u00a0" + numbers[found[2]];
}

function translate(node) {
  const original = originals.get(node);
  const said = original && original.shown === node.nodeValue ? original.text : node.nodeValue;
  // A column may bear any name: of a list, only the word for an empty one is Streamlit's.
  if (said.trim() !== "No results" && node.parentElement?.closest("[role=option]")) return;
  const wanted = words[said.trim()] || counted(said.trim());
  if (wanted && node.nodeValue !== wanted) {
    originals.set(node, { text: said, shown: wanted });
    node.nodeValue = wanted;
  }
}

function within(root) {
  const places = root.querySelectorAll ? [...root.querySelectorAll(PLACES)] : [];
  if (root.closest && root.closest(PLACES)) places.push(root);
  for (const place of places) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) translate(walker.currentNode);
    for (const help of place.querySelectorAll("button[aria-label^='Help for ']")) {
      help.setAttribute("aria-label", words.help.replace("{name}", help.getAttribute("aria-label").slice("Help for ".length)));
    }
    for (const input of place.querySelectorAll("input[type=file]")) input.setAttribute("aria-label", words["file upload"]);
  }
}

// The theme's colours are known inside components only; the style sheet needs them everywhere.
function shareColours(element) {
  const style = getComputedStyle(element instanceof ShadowRoot ? element.host : element);
  for (const [name, source] of [["--ink", "--st-text-color"], ["--paper", "--st-background-color"], ["--line", "--st-border-color"]]) {
    document.documentElement.style.setProperty(name, style.getPropertyValue(source));
  }
}

export default function ({ data: [data], parentElement }) {
  document.documentElement.lang = data.language;
  shareColours(parentElement);
  ({ words, numbers } = data);
  within(document.body);
  if (!observer) {
    observer = new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "characterData") {
          if (change.target.parentElement?.closest(PLACES)) translate(change.target);
        } else {
          change.addedNodes.forEach((node) => (node.nodeType === Node.TEXT_NODE ? within(node.parentElement || document.body) : within(node)));
        }
      }
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  }
}
