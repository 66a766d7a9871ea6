#!/usr/bin/env node
// Runs the command from dist/, which is made first where the sources are newer.
import { bundle, isFresh } from '../../../deploy/bundle.mjs';

if (!isFresh()) await bundle();
await import('../../../dist/janus-mesh.js');
