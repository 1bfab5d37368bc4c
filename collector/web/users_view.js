// Writes users into the page: headline, warnings, places and targets.

import { byId, make, replace, showChoice, showTable } from './dom.js';
import { countText, errorText, isMeasured, NOT_MEASURED, shareText } from './format.js';
import { progressOf, USER_CUTS, USER_WINDOWS, userRows, windowNamed } from './users.js';
import { figure } from './view.js';

const NBSP = '\u00a0';

function shownText(value) {
  return value?.shown ?? NOT_MEASURED;
}

function totalFigure(answer, name, title) {
  const window = windowNamed(answer, name);
  const details = [errorText(window?.total.standard_error)];
  if (isMeasured(window?.total.sent))
    details.push(`sent anything: ${countText(window.total.sent)}`);
  if (window?.grade === 'sent')
    details.push('in part unconfirmed');
  return figure(title, shownText(window?.total), details.filter(Boolean).join(', '), 'v6');
}

function shareFigure(share) {
  const error = isMeasured(share?.standard_error)
    ? `\u00b1${NBSP}${shareText(share.standard_error)}, ` : '';
  const detail = share ? `${error}of ${countText(share.internet_users)} (${share.date})`
    : 'no number of Internet users is configured';
  return figure('Of Internet users', shareText(share?.value), detail, 'v6');
}

function showTotals(answer) {
  replace(byId('user-figures'),
    totalFigure(answer, '5min', 'Now (5 min)'), totalFigure(answer, 'today', 'Today'),
    totalFigure(answer, '30d', '30 days'), shareFigure(answer?.share));
}

function showWarnings(answer) {
  const sentences = answer?.warnings ?? [];
  replace(byId('user-warnings'), ...sentences.map((text) => make('p', 'notice', text)));
}

function placeText(row, name) {
  const value = row.figures[name];
  const error = errorText(value?.standard_error);
  return error ? `${shownText(value)} ${error}` : shownText(value);
}

function showPlaces(answer, cut) {
  const columns = USER_WINDOWS.map(({ name, title }) => (
    { title, text: (row) => placeText(row, name), numeric: true }));
  showTable('user-table', [{ title: cut.names.join(' / '), text: (row) => row.name }, ...columns],
    userRows(answer, cut), 'No users have been reported.');
}

function amountText(target, value) {
  return target.indicator === 'v6_user_share' ? shareText(value) : countText(value);
}

// A bar beside its number in words; the bar alone would say nothing to those who do not see it.
function progressBar(target) {
  const progress = progressOf(target);
  if (progress === null)
    return NOT_MEASURED;
  const bar = make('progress', '');
  bar.max = 1;
  bar.value = progress;
  bar.setAttribute('aria-label', target.name);
  return make('span', 'progress', bar, ` ${shareText(progress)}`);
}

function reachedText({ reached }) {
  if (reached === null)
    return 'unknown';
  return reached ? 'reached' : 'not reached';
}

function showTargets(answer) {
  showTable('targets', [
    { title: 'Target', text: (target) => target.name },
    { title: 'By', text: (target) => target.date },
    { title: 'Goal', text: (target) => amountText(target, target.target), numeric: true },
    { title: '30 days', text: (target) => amountText(target, target.value), numeric: true },
    { title: 'Progress', text: progressBar },
    { title: 'State', text: reachedText },
  ], answer?.targets ?? [], 'No targets are known.');
}

// answer: of /api/v1/users, or null before the first.
export function showUsers(answer, cut) {
  showTotals(answer);
  showWarnings(answer);
  showChoice('user-cuts', 'cut', USER_CUTS, cut.value);
  showPlaces(answer, cut);
  showTargets(answer);
}
