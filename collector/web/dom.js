// Small tools for writing into the page. Text only, never markup, so that no name a probe sends can
// become part of the page.

import { NOT_MEASURED } from './format.js';

export function byId(id) {
  return document.getElementById(id);
}

export function make(name, className, ...children) {
  const element = document.createElement(name);
  if (className)
    element.className = className;
  element.append(...children);
  return element;
}

// Touches the document only on change: a status that is written anew is read out anew.
export function write(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}

// The same for what is built anew each time: a selection or scroll position survives.
export function replace(host, ...children) {
  const same = host.childNodes.length === children.length
    && children.every((child, index) => child.isEqualNode(host.childNodes[index]));
  if (!same)
    host.replaceChildren(...children);
}

function radio(group, value, text, checked) {
  const input = make('input', '');
  input.type = 'radio';
  input.name = group;
  input.value = value;
  input.checked = checked;
  return make('label', '', input, make('span', '', text));
}

// One choice out of a few, kept as it is while the options stay the same (focus survives).
export function showChoice(id, group, options, chosen) {
  const host = byId(id);
  const values = options.map((option) => option.value).join(' ');
  if (host.dataset.values !== values) {
    host.dataset.values = values;
    host.replaceChildren(...options.map(({ value, text }) => radio(group, value, text, false)));
  }
  for (const input of host.querySelectorAll('input'))
    input.checked = input.value === chosen;
}

function cell(text, numeric) {
  const unknown = text === NOT_MEASURED ? ' unknown' : '';
  return make('td', `${numeric ? 'number' : ''}${unknown}`.trim(), text);
}

// columns: {title, text(row), numeric}; the first one names the row. text may return an element.
function table(columns, rows) {
  const titles = columns.map(({ title, numeric }) => {
    const th = make('th', numeric ? 'number' : '', title);
    th.scope = 'col';
    return th;
  });
  const lines = rows.map((row) => {
    const name = make('th', '', columns[0].text(row));
    name.scope = 'row';
    const cells = columns.slice(1).map(({ text, numeric }) => cell(text(row), numeric));
    return make('tr', '', name, ...cells);
  });
  return make('table', '', make('thead', '', make('tr', '', ...titles)),
    make('tbody', '', ...lines));
}

export function showTable(id, columns, rows, emptyText) {
  replace(byId(id), rows.length ? table(columns, rows) : make('p', 'empty', emptyText));
}
