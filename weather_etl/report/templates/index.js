(function () {
  var table = document.getElementById("stations"), heads = table.tHead.rows[0].cells, find = document.getElementById("find");
  var buttons = Array.from(document.querySelectorAll(".filters button")), state = "";
  function value(body, column) {
    var cell = body.rows[0].cells[column];
    if (!cell) return null;
    if (!cell.classList.contains("n") && column !== 0) return cell.dataset.value || cell.textContent;
    return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
  }
  function sort(column) {
    var up = heads[column].getAttribute("aria-sort") !== "ascending";
    Array.from(heads).forEach(function (h) { h.removeAttribute("aria-sort"); });
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    Array.from(table.tBodies).sort(function (a, b) {
      var x = value(a, column), y = value(b, column);
      if (x === null || y === null) return (x === null) - (y === null);
      return (x > y ? 1 : x < y ? -1 : 0) * (up ? 1 : -1);
    }).forEach(function (body) { table.appendChild(body); });
  }
  function show() {
    var words = find.value.toLowerCase().split(/\s+/), shown = 0;
    Array.from(table.tBodies).forEach(function (body) {
      var text = body.textContent.toLowerCase();
      body.hidden = (state && body.dataset.state !== state) || !words.every(function (w) { return text.includes(w); });
      shown += !body.hidden;
    });
    document.getElementById("none").hidden = shown > 0;
  }
  Array.from(heads).forEach(function (head, column) {
    if (head.firstElementChild) head.firstElementChild.addEventListener("click", function () { sort(column); });
  });
  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      state = button.dataset.state;
      buttons.forEach(function (b) { b.setAttribute("aria-pressed", b === button); });
      show();
    });
  });
  find.addEventListener("input", show);
})();
