// What the API says of users, by the page's windows. Pure.

import { isMeasured } from './format.js';

export const USER_WINDOWS = [
  { name: '5min', title: 'Now (5 min)' },
  { name: '1h', title: '1 hour' },
  { name: 'today', title: 'Today' },
  { name: '30d', title: '30 days' },
];

// How users can be cut: the list in each window, and what its elements are called by.
export const USER_CUTS = [
  { value: 'carrier', text: 'carrier', list: 'by_carrier', names: ['carrier'] },
  { value: 'region', text: 'region', list: 'by_region', names: ['region'] },
  { value: 'access', text: 'access', list: 'by_access', names: ['access'] },
  { value: 'group', text: 'all three', list: 'groups', names: ['carrier', 'region', 'access'] },
];

export function cutNamed(value) {
  return USER_CUTS.find((cut) => cut.value === value) ?? USER_CUTS[0];
}

export function windowNamed(answer, name) {
  return answer?.windows.find((window) => window.name === name) ?? null;
}

// One row for each place that any window has: {name, figures: window name -> figure}. They keep the
// order of the API; an order by size would tell the size of what is hidden.
export function userRows(answer, cut) {
  const rows = new Map();
  for (const window of answer?.windows ?? []) {
    for (const figure of window[cut.list] ?? []) {
      const name = cut.names.map((key) => figure[key]).join(' / ');
      const row = rows.get(name) ?? { name, figures: {} };
      row.figures[window.name] = figure;
      rows.set(name, row);
    }
  }
  return [...rows.values()];
}

// How far a target is reached, 0 to 1, or null.
export function progressOf({ value, target }) {
  return isMeasured(value) && target > 0 ? Math.min(value / target, 1) : null;
}
