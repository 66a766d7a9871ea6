/** Version of janus-mesh. */
export const VERSION = '0.1.0';
