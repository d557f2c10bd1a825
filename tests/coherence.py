"""coherence.py MS COLUMN CORR: |mean V| / mean |V| of the channel averages of all cross-correlation rows."""
import sys

import numpy as np
from casacore.tables import table

t = table(sys.argv[1], ack=False).query("ANTENNA1 != ANTENNA2")
corr = int(sys.argv[3])
data, flag = t.getcol(sys.argv[2])[:, :, corr], t.getcol("FLAG")[:, :, corr]
good = (~flag).sum(1)
mean = np.where(flag, 0, data).sum(1)[good > 0] / good[good > 0]
print("%.4f %.3f" % (abs(mean.mean()) / abs(mean).mean(), flag.mean()))
