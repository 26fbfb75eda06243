// What the bundle dist/tui.js gives to the command, which loads it only when a screen is shown.
export {type FrameOptions, textFrame} from './frame.ts';
export {LocalSource} from './local-source.ts';
export {RemoteSource} from './remote-source.ts';
export {type Ended, type ShowOptions, showTui} from './show.ts';
