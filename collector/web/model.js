// What the API's answers mean for the page: which surfaces there are, and what is known about
// each of them and about each link. Pure.

import { isMeasured } from './format.js';

// A closed set in the order of the network, inside to outside; unknown names follow by alphabet.
const SURFACE_ORDER = ['metro', 'mobile-core', 'interconnect', 'international'];
const TRANSITION_ORDER = ['native6', 'native4', 'nat64', '6in4', '6to4', '6rd', 'isatap', 'teredo',
  '4in6'];

// After this many windows without a report the figures are no longer "now".
const STALE_WINDOWS = 3;

function placeIn(order, name) {
  const place = order.indexOf(name);
  return place < 0 ? order.length : place;
}

function byOrder(order) {
  return (a, b) => placeIn(order, a) - placeIn(order, b) || (a < b ? -1 : a > b ? 1 : 0);
}

// An answer is worth reading only if it keeps the contract: a list under its name.
export function listOf(answer, name, path) {
  if (!Array.isArray(answer?.[name]))
    throw new Error(`${path}: the answer has no list "${name}"`);
  return answer[name];
}

function sameDimensions(a, b) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

export function indicatorFind(indicators, id, dimensions) {
  return indicators.find((indicator) => indicator.id === id
    && sameDimensions(indicator.dimensions, dimensions));
}

function valueOf(indicators, id, dimensions) {
  const value = indicatorFind(indicators, id, dimensions)?.value;
  return isMeasured(value) ? value : null;
}

// Surfaces of the window and of all declared links: one that fell silent stays a choice.
export function surfacesOf(indicators, probes) {
  const names = [...indicators.map(({ dimensions }) => dimensions.surface),
    ...probes.flatMap((probe) => (probe.links ?? []).map((link) => link.surface))];
  return [...new Set(names.filter(Boolean))].sort(byOrder(SURFACE_ORDER));
}

// Start and end (ms) of the newest window of a surface's indicators, or null.
export function windowOf(indicators, surface) {
  let newest = null;
  for (const { dimensions, window } of indicators) {
    const startMs = Date.parse(window?.start);
    if (dimensions.surface !== surface || !(startMs > (newest?.startMs ?? -Infinity)))
      continue;
    newest = { startMs, endMs: startMs + window.seconds * 1000, seconds: window.seconds };
  }
  return newest;
}

// The figures of one scope; each is null where it was not measured.
function figuresOf(indicators, dimensions) {
  const packets = (family) => valueOf(indicators, 'packets_per_second', { ...dimensions, family });
  return {
    share: valueOf(indicators, 'v6_share', dimensions),
    nativeShare: valueOf(indicators, 'v6_share_native', dimensions),
    v6Bps: valueOf(indicators, 'v6_traffic_bps', dimensions),
    v4Bps: valueOf(indicators, 'v4_traffic_bps', dimensions),
    framesPerSecond: valueOf(indicators, 'frames_per_second', dimensions),
    v6PacketsPerSecond: packets('ipv6'),
    v4PacketsPerSecond: packets('ipv4'),
    coverage: valueOf(indicators, 'coverage', dimensions),
  };
}

export function surfaceFigures(indicators, surface) {
  return figuresOf(indicators, { surface });
}

// Bits/s of each transition class of a surface and its part of their sum. The classes are
// exclusive, so this sum, unlike one over surfaces, counts every packet once.
export function transitionRows(indicators, surface) {
  const rows = indicators
    .filter(({ id, dimensions }) => id === 'transition_bps' && dimensions.surface === surface)
    .map(({ dimensions, value }) => ({
      name: dimensions.transition,
      bps: isMeasured(value) ? value : null,
    }));
  const complete = rows.every((row) => row.bps !== null);
  const total = rows.reduce((sum, row) => sum + row.bps, 0);
  for (const row of rows)
    row.share = complete && total > 0 ? row.bps / total : null;
  const compare = byOrder(TRANSITION_ORDER);
  return rows.sort((a, b) => compare(a.name, b.name));
}

// One row for each link a probe has declared.
export function linkRows(indicators, probes) {
  return probes.flatMap((probe) => (probe.links ?? []).map((link) => ({
    probe: probe.probe,
    link: link.name,
    surface: link.surface,
    lastReportMs: Date.parse(link.last_report ?? probe.last_report),
    ...figuresOf(indicators, { link: `${probe.probe}/${link.name}` }),
  })));
}

// When a link of the surface last reported (ms), or null.
export function lastReportOf(probes, surface) {
  const links = linkRows([], probes).filter((link) => link.surface === surface);
  const times = links.map((link) => link.lastReportMs).filter(isMeasured);
  return times.length > 0 ? Math.max(...times) : null;
}

// stream: 'connecting' before it first opens, then 'live' or 'reconnecting'. While nobody reports,
// the collector's windows go on without figures, so their age alone does not show it.
export function stateOf(stream, window, lastReportMs, nowMs) {
  if (!window)
    return stream;
  const heardMs = Math.min(window.endMs, lastReportMs ?? window.endMs);
  return nowMs - heardMs > STALE_WINDOWS * window.seconds * 1000 ? 'stale' : stream;
}
