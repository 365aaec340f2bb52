// ---- a page in the frame of another: as high as it has to be, and in the other's colours ------------
const framed = (draw) => {
  const scheme = () => {   // the switch of the page around, where it has one; else the system's choice
    try { return window.parent.document.body.dataset.mdColorScheme; } catch { return undefined; }
  };
  const adapt = () => {
    document.documentElement.className = { slate: "dark", default: "light" }[scheme()] ?? "";
    draw();
  };
  adapt();
  new ResizeObserver(() => {
    if (window.frameElement) window.frameElement.style.height = `${document.body.offsetHeight + 2}px`;
  }).observe(document.body);
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", adapt);
  if (scheme() !== undefined) {
    new window.parent.MutationObserver(adapt).observe(window.parent.document.body, { attributeFilter: ["data-md-color-scheme"] });
  }
  document.body.dataset.ready = "yes";
};
