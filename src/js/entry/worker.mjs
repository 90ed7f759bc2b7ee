// The worker, whole in one file: in its role it starts itself.
import * as glue from '#threads-glue';
import { share_threads_glue } from '../threads.js';

share_threads_glue(glue);
