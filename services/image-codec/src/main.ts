import { runService } from '@janus-mesh/service';
import { imageCodec } from './service.ts';

await runService(imageCodec);
