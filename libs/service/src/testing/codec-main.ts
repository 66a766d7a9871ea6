import { runService } from '../index.ts';
import { codecService } from './codec-service.ts';

await runService(codecService);
