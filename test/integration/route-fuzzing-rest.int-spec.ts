import { describeFuzzing } from '../fuzz/fuzz-suite';

jest.setTimeout(600_000);

describeFuzzing('rest');
