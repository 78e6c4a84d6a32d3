// The normal and the gamma distribution as functions: which share lies below a value, and below which value a share.
#pragma once

namespace linden {

/// The share of the normal distribution of mean 0 and deviation 1 below z.
double normal_share(double z);
/// The inverse: within 1e-15 of its size, for levels in (0, 1).
double normal_quantile(double level);

/// The share of the gamma distribution of this shape and scale 1 below x >= 0: the incomplete gamma function P.
double gamma_share(double shape, double x);
/// One minus it, with the digits of its own size.
double gamma_rest(double shape, double x);
/// The inverse, within 1e-12 of its size where the shape is below 1e5 (1e-9 above); 0 where it is no double.
double gamma_quantile(double shape, double level);

}  // namespace linden
