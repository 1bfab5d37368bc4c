// Figures and times as the page writes them. Pure: value in, text out.

export const NOT_MEASURED = 'not measured';

const BPS_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s', 'Pbit/s', 'Ebit/s'];
const NBSP = '\u00a0';
const MINUTE_MS = 60000;

export function isMeasured(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

// The unit in which a value reads between 1 and 1000, with what to divide by.
export function bpsUnit(bps) {
  // Four digits are shown, so 999.95 k already reads as 1.000 M.
  let exponent = 0;
  while (exponent < BPS_UNITS.length - 1 && bps >= 999.95 * 1000 ** exponent)
    exponent++;
  return { name: BPS_UNITS[exponent], divisor: 1000 ** exponent };
}

export function bpsText(bps) {
  if (!isMeasured(bps))
    return NOT_MEASURED;
  if (bps > 0 && bps < 1)
    return `<1${NBSP}bit/s`;
  const unit = bpsUnit(bps);
  const digits = unit.divisor === 1 ? Math.round(bps) : (bps / unit.divisor).toPrecision(4);
  return `${digits}${NBSP}${unit.name}`;
}

// A ratio in per cent. What is not quite nothing, or not quite all, never reads as 0 or 100.
export function shareText(ratio) {
  if (!isMeasured(ratio))
    return NOT_MEASURED;
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.005)
    return `<0.01${NBSP}%`;
  if (percent < 100 && percent >= 99.995)
    return `>99.99${NBSP}%`;
  return `${percent.toFixed(2)}${NBSP}%`;
}

// A standard error beside its figure: whole users, or one digit more where it is small.
export function errorText(standardError) {
  if (!isMeasured(standardError))
    return '';
  const digits = standardError < 10 ? Number(standardError.toFixed(1)) : Math.round(standardError);
  return `\u00b1${NBSP}${digits.toLocaleString('en')}`;
}

export function countText(number) {
  return isMeasured(number) ? Math.round(number).toLocaleString('en') : NOT_MEASURED;
}

export function rateText(perSecond, noun) {
  if (!isMeasured(perSecond))
    return `${noun} ${NOT_MEASURED}`;
  const digits = perSecond < 10 ? Number(perSecond.toFixed(2)) : Math.round(perSecond);
  return `${digits.toLocaleString('en')}${NBSP}${noun}/s`;
}

function pad(number) {
  return String(number).padStart(2, '0');
}

// Time of day in UTC; with seconds only where a window does not start on a minute.
export function clockText(ms) {
  const date = new Date(ms);
  const seconds = date.getUTCSeconds();
  const text = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
  return seconds ? `${text}:${pad(seconds)}` : text;
}

export function dateText(ms) {
  return new Date(ms).toISOString().slice(0, 10);
}

function offsetText(offsetMinutes) {
  const size = Math.abs(offsetMinutes);
  const sign = offsetMinutes < 0 ? '-' : '+';
  return `UTC${sign}${pad(Math.trunc(size / 60))}:${pad(size % 60)}`;
}

// "2025-06-30 12:04 to 12:05": one window, or a longer span of them.
function spanText(startMs, endMs) {
  const endDate = dateText(startMs) === dateText(endMs) ? '' : `${dateText(endMs)} `;
  return `${dateText(startMs)} ${clockText(startMs)} to ${endDate}${clockText(endMs)}`;
}

export function spanUtcText(startMs, endMs) {
  return `${spanText(startMs, endMs)} UTC`;
}

// Minutes that the reader's clock is ahead of UTC at that time.
export function localOffsetMinutes(ms) {
  return -new Date(ms).getTimezoneOffset();
}

export function spanLocalText(startMs, endMs, offsetMinutes) {
  const shiftMs = offsetMinutes * MINUTE_MS;
  return `${spanText(startMs + shiftMs, endMs + shiftMs)} (${offsetText(offsetMinutes)})`;
}

// An instant seen from now: its date is said only where it is not today's.
export function instantText(ms, nowMs) {
  const date = dateText(ms) === dateText(nowMs) ? '' : `${dateText(ms)} `;
  return `${date}${new Date(ms).toISOString().slice(11, 19)} UTC`;
}

export function ageText(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120)
    return `${seconds}${NBSP}s`;
  if (seconds < 2 * 3600)
    return `${Math.floor(seconds / 60)}${NBSP}min`;
  if (seconds < 48 * 3600)
    return `${Math.floor(seconds / 3600)}${NBSP}h`;
  return `${Math.floor(seconds / 86400)}${NBSP}days`;
}
