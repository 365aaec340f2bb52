// ---- a scatter of which each point says what it is: by a click, or by the arrow keys ------------------
const scatter = () => {
  const points = floatsOf(R.points), count = points.length / 2, pictures = bytesOf(R.pictures);
  const hues = R.colorings.map((each) => bytesOf(each.hues)), [rows, columns] = R.shape;
  const canvas = $("scatter");
  R.colorings.forEach((each, place) => $("colored").append(make("option", { value: place }, each.name)));
  const order = [0, 1].map((axis) => Array.from({ length: count }, (_, i) => i)
    .sort((a, b) => points[2 * a + axis] - points[2 * b + axis]));
  let picked = -1;
  const draw = () => {
    const context = fitted(canvas), dot = Math.max(2, canvas.width / 180), colors = hues[$("colored").value];
    const spot = (i) => [points[2 * i] * canvas.width, (1 - points[2 * i + 1]) * canvas.height];
    for (let i = 0; i < count; i++) {
      context.fillStyle = hex([...colors.subarray(3 * i, 3 * i + 3)]);
      context.beginPath();
      context.arc(...spot(i), dot / 1.6, 0, 7);
      context.fill();
    }
    if (picked < 0) return;
    context.strokeStyle = style("--front");
    context.lineWidth = dot / 1.5;
    context.beginPath();
    context.arc(...spot(picked), 2.2 * dot, 0, 7);
    context.stroke();
  };
  const pick = (i) => {
    picked = i;
    $("said").textContent = R.said[i];
    const shown = $("picture"), ink = pictures.subarray(rows * columns * i, rows * columns * (i + 1));
    Object.assign(shown, { width: columns, height: rows, hidden: false });
    shown.setAttribute("aria-label", `the scan: ${R.said[i]}`);
    const data = new ImageData(columns, rows);
    ink.forEach((v, place) => data.data.set([255 - v, 255 - v, 255 - v, 255], 4 * place));
    shown.getContext("2d").putImageData(data, 0, 0);
    draw();
  };
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = -1, least = 12 ** 2;   // pixels: about a finger's tip
    for (let i = 0; i < count; i++) {
      const d = (points[2 * i] * box.width - x) ** 2 + ((1 - points[2 * i + 1]) * box.height - y) ** 2;
      if (d < least) { least = d; best = i; }
    }
    if (best >= 0) pick(best);
  });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, -1], ArrowUp: [1, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const [axis, by] = move, along = order[axis];
    const now = picked < 0 ? (by > 0 ? -1 : count) : along.indexOf(picked);
    pick(along[Math.min(Math.max(now + by, 0), count - 1)]);
  });
  $("colored").addEventListener("change", draw);
  return draw;
};
framed(scatter());
