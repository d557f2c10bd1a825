/* How long self-calibration takes and what it writes, roughly: for planning disks and evenings, not for measuring. */
#ifndef CAL_SELFCAL_COST_H
#define CAL_SELFCAL_COST_H

typedef struct cal_cost {
    double seconds; /* of one target, one after the other */
    double bytes;   /* working copies, images, the imager's temporary files */
} cal_cost;

/* Two images for each solution interval and three more; the rates are assumed for WSClean on two ordinary cores. */
cal_cost cal_cost_of(double samples, double copy_bytes, double pixels, int solints);

#endif
