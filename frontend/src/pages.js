/** Entry of every page: the sheet, and behaviours that find their elements by data attributes. */
import './lianban.css';
import { startAwaiting } from './pages/awaited.js';
import { startBulk } from './pages/bulk.js';
import { startCounters } from './pages/counters.js';
import { startDrafts } from './pages/drafts.js';
import { startFilters } from './pages/filters.js';
import { startFocus } from './pages/focus.js';
import { startGuards } from './pages/guard.js';
import { startKeyboard } from './pages/keyboard.js';
import { startLiveForms } from './pages/live.js';
import { startMatters } from './pages/matters.js';
import { startMentions } from './pages/mentions.js';
import { startOffline } from './pages/offline.js';
import { startOnce } from './pages/once.js';
import { startPopovers } from './pages/popovers.js';
import { startProblems } from './pages/problems.js';
import { startReader } from './pages/reader.js';
import { startSubmits } from './pages/submit.js';
import { startTabs } from './pages/tabs.js';
import { startTicks } from './pages/ticks.js';
import { startUploads } from './pages/upload.js';

// What is ticked as read belongs to no form from here on.
startTicks();
// Then the fields that are hidden: drafts and guards compare with what the form holds after that.
startLiveForms();
startMatters();
startDrafts();
startGuards();
startUploads();
startSubmits();
startProblems();
startOffline();
startOnce();
startMentions();
startBulk();
startFilters();
startCounters();
startPopovers();
startKeyboard();
startTabs();
startReader();
startFocus();
startAwaiting();
