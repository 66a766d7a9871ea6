import { runService } from '@janus-mesh/service';
import { transformer } from './service.ts';

await runService(transformer);
