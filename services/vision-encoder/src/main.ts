import { runService } from '@janus-mesh/service';
import { visionEncoder } from './service.ts';

await runService(visionEncoder);
