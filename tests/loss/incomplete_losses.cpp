// Losses that leave questions open: this file must not compile, and the compiler must ask every question of
// backend/loss/loss_traits.hpp (incomplete_losses.cmake).
#include "backend/loss/row_losses.hpp"

namespace linden {

struct WithoutAnything {};
template struct CompleteLoss<WithoutAnything>;

struct ConvexLoss {
  static constexpr LossShape shape = LossShape::convex;
  static double bend(const Dual& d) { return d.second; }
  double width;
};
template struct CompleteLoss<ConvexLoss>;

struct CorneredLoss {
  static constexpr LossShape shape = LossShape::cornered;
  static constexpr Start start = Start::order_statistic;
};
template struct CompleteLoss<CorneredLoss>;

}  // namespace linden
