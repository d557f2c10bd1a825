/* Our own tools asked by another one of them: what they print as JSON. */
#ifndef CAL_BASE_ASK_H
#define CAL_BASE_ASK_H

#include "base/json.h"
#include "base/text.h"

/* Runs the tool argv[0] that lies beside this one (or in PATH), with --json and --quiet. *document is what it printed, null where that was nothing;
 * the caller owns it, after an error too. Statuses 2 to 6 of the tool become errors of that status with its message; anything else,
 * and an answer that is not JSON, is CAL_CHILD. */
cal_status cal_ask_tool(const cal_words *argv, jv *document, cal_error *err);

#endif
