/* What a tool says of itself, all made from its tables: --help, the manual page, completion, the
 * line in the tools' list. */
#ifndef CAL_BASE_MANUAL_H
#define CAL_BASE_MANUAL_H

#include "base/tool.h"

extern const cal_option cal_common_options[]; /* what every tool takes */

void cal_manual_help(const cal_tool *tool, cal_buf *out);
/* A man(7) page; `notes` is the tool's hand-written part (roff sections), put between OPTIONS and
 * EXAMPLES. */
void cal_manual_page(const cal_tool *tool, const char *notes, cal_buf *out);
/* A line per option: "--calmode ap p a" or "--minsnr" (takes anything) or "--force=" (takes
 * nothing). */
void cal_manual_completion(const cal_tool *tool, cal_buf *out);
/* {"ms-split", "MeasurementSets", "brief"}, as one line of a C initialiser. */
void cal_manual_describe(const cal_tool *tool, cal_buf *out);

#endif
