// Members of Tensor that read well: each is the function of that name.
#include <linden/ops.hpp>

namespace linden {

Tensor Tensor::sum(const Axes& axes, bool keep_dims) const { return linden::sum(*this, axes, keep_dims); }
Tensor Tensor::product(const Axes& axes, bool keep_dims) const { return linden::product(*this, axes, keep_dims); }
Tensor Tensor::mean(const Axes& axes, bool keep_dims) const { return linden::mean(*this, axes, keep_dims); }
Tensor Tensor::variance(const Axes& axes, bool keep_dims, int correction) const {
  return linden::variance(*this, axes, keep_dims, correction);
}
Tensor Tensor::max(const Axes& axes, bool keep_dims) const { return linden::max(*this, axes, keep_dims); }
Tensor Tensor::min(const Axes& axes, bool keep_dims) const { return linden::min(*this, axes, keep_dims); }
Tensor Tensor::argmax(int axis, bool keep_dims) const { return linden::argmax(*this, axis, keep_dims); }
Tensor Tensor::argmin(int axis, bool keep_dims) const { return linden::argmin(*this, axis, keep_dims); }
Tensor Tensor::cast(DType dtype) const { return linden::cast(*this, dtype); }

}  // namespace linden
