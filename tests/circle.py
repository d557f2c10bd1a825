"""circle.py IMAGE MASK RADIUS: a copy of a FITS image with 1 within RADIUS pixels of its middle and 0 elsewhere."""
import re
import sys

import numpy as np

path, mask, radius = sys.argv[1:]
raw = bytearray(open(path, "rb").read())
end = next(i for i in range(0, len(raw), 80) if raw[i:i + 80] == b"END".ljust(80))
start = -(-(end + 80) // 2880) * 2880
nx, ny = (int(re.search(rb"NAXIS%d *= *(\d+)" % k, raw).group(1)) for k in (1, 2))
y, x = np.ogrid[:ny, :nx]
raw[start:start + 4 * nx * ny] = (np.hypot(x - nx // 2, y - ny // 2) <= float(radius)).astype(">f4").tobytes()
open(mask, "wb").write(raw)
