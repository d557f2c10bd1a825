#include "selfcal/cost.h"

cal_cost cal_cost_of(double samples, double copy_bytes, double pixels, int solints)
{
    const double start = 0.4, passes = 10;             /* of an image: s, and through the data */
    const double grid_rate = 12e6, pixel_rate = 4e6;   /* samples and pixels per second and pass */
    const double solve_rate = 6e6, products = 5 * 4.0; /* solve and apply; images of 4 bytes */
    double images = 2.0 * solints + 3;
    double image = start + passes * (samples / grid_rate + pixels / pixel_rate);
    return (cal_cost){
        .seconds = images * image + solints * samples / solve_rate,
        .bytes = copy_bytes + samples * 16 + images * pixels * products,
    };
}
