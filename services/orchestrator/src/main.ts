import { runService } from '@janus-mesh/service';
import { orchestrator } from './service.ts';

await runService(orchestrator);
