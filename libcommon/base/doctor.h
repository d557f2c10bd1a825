/* Is everything installed that the tools need? Nothing is linked for it: other programs are asked. */
#ifndef CAL_BASE_DOCTOR_H
#define CAL_BASE_DOCTOR_H

#include <jv.h>
#include <stdbool.h>

/* An array of {name, ok, detail, advice}; `tools` are the names of the tools that should stand beside the running one, NULL at the
 * end. */
jv cal_doctor_examine(const char *const *tools);

/* Did all of them pass? Consumes the array. */
bool cal_doctor_passed(jv checks);

#endif
