/* The delay of an antenna against the reference antenna, from the spectrum of their baseline: the peak of its transform, as CASA finds
 * it (caltables 3.4): channels are padded to eight times their number, and a parabola through the amplitudes about the largest says where
 * between two points it is. */
#ifndef CAL_CAL_DELAY_H
#define CAL_CAL_DELAY_H

#include <complex.h>

/* One channel, antenna times conj(reference antenna). */
typedef struct cal_channel {
    int window;
    double freq;      /* Hz */
    double complex v; /* sum of weight x visibility */
    double weight;    /* 0: flagged */
} cal_channel;

/* ns; NaN where the channels do not tell. One window counts with all channels alike; several are put together by frequency, each channel
 * with its weight. */
double cal_delay_of(const cal_channel *channel, int channels);

#endif
