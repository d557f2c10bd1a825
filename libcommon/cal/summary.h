/* What a calibration table holds, as JSON: the document of caltable-info. */
#ifndef CAL_CAL_SUMMARY_H
#define CAL_CAL_SUMMARY_H

#include "cal/caltable.h"
#include <jv.h>

/* Everything but the comparison with an MS; a new jv. */
jv cal_caltable_summary(const cal_caltable *table);

/* Scatter in time of the phases about their means, each antenna, spw, channel and hand by itself,
 * degrees; NaN for real parameters and where no solution is good. */
double cal_caltable_phase_rms(const cal_caltable *table);

/* Does the table fit the MS: antennas by name and position, spws by frequency, fields by name?
 * {"ms", "fits", "antennas": [...], "spws": [...], "fields": [...], "spws_without_solutions"}: each
 * list holds what differs. */
jv cal_caltable_compare(const cal_caltable *table, const cal_meta *meta);

#endif
