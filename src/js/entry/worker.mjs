// The worker, whole in one file: in its role it starts itself.
import '../worker_host.js';
