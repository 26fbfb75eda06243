import manifest from '../../package.json' with {type: 'json'};

/** Of this weir. */
export const {version} = manifest;
