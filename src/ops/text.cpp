// A tensor as text: nested brackets as in NumPy, the middle of long dimensions left out.
#include <algorithm>
#include <linden/ops.hpp>
#include <numeric>
#include <ostream>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

/// Which positions of a dimension are shown: all, or the first and the last ones.
Tensor shown_of(std::int64_t size, std::int64_t most, const Device& device) {
  const Tensor head = arange((most + 1) / 2, DType::i64, device);
  const Tensor tail = arange(most / 2, DType::i64, device) + (size - most / 2);
  return concatenate({head, tail});
}

std::vector<std::string> numbers_of(const Tensor& x) {
  std::vector<std::string> texts;
  switch (x.dtype()) {
    case DType::f32:
    case DType::f64: {
      const Tensor wide = cast(x, DType::f64);
      for (const double value : wide.span<double>()) texts.push_back(fmt::format("{:.6g}", value));
      break;
    }
    case DType::boolean:
      for (const bool value : x.span<bool>()) texts.push_back(value ? "true" : "false");
      break;
    default: {
      const Tensor wide = cast(x, DType::i64);
      for (const std::int64_t value : wide.span<std::int64_t>()) texts.push_back(fmt::format("{}", value));
    }
  }
  return texts;
}

class Writer {
 public:
  /// `gaps[d]`: after how many positions of dimension d some are left out; -1 for none.
  Writer(const Shape& shape, const std::vector<std::int64_t>& gaps, std::vector<std::string> numbers)
      : shape_(shape), gaps_(gaps), numbers_(std::move(numbers)) {
    for (const std::string& number : numbers_) width_ = std::max(width_, number.size());
  }

  std::string text() {
    write(0);
    return std::move(text_);
  }

 private:
  void write(int dim) {
    if (dim == shape_.rank()) {
      text_ += fmt::format("{:>{}}", numbers_[next_++], width_);
      return;
    }
    const bool is_row = dim == shape_.rank() - 1;
    // Between rows a line ends; between matrices stands an empty line, and so on.
    const std::string apart = is_row ? ", "
                                     : "," + std::string(static_cast<std::size_t>(shape_.rank() - 1 - dim), '\n') +
                                           std::string(static_cast<std::size_t>(dim) + 1, ' ');
    text_ += '[';
    for (std::int64_t i = 0; i < shape_[dim]; ++i) {
      if (i > 0) text_ += apart;
      if (i == gaps_[static_cast<std::size_t>(dim)]) text_ += "..." + apart;
      write(dim + 1);
    }
    if (gaps_[static_cast<std::size_t>(dim)] == shape_[dim]) text_ += apart + "...";
    text_ += ']';
  }

  const Shape& shape_;
  const std::vector<std::int64_t>& gaps_;
  std::vector<std::string> numbers_;
  std::size_t width_ = 0, next_ = 0;
  std::string text_;
};

}  // namespace

std::string to_string(const Tensor& x, std::int64_t most) try {
  if (most < 1) fail<ArgumentError>("to_string: most is {}, but it must be at least 1.", most);
  Tensor shown = x.detach();
  std::vector<std::int64_t> gaps;
  for (int d = 0; d < x.rank(); ++d) {
    gaps.push_back(x.size(d) > most ? (most + 1) / 2 : -1);
    if (x.size(d) > most && x.elements() > 0) shown = take(shown, d, shown_of(x.size(d), most, x.device()));
  }
  shown = shown.contiguous().to(Device::cpu());
  const std::string elements = x.elements() == 0 ? "[]" : Writer(shown.shape(), gaps, numbers_of(shown)).text();
  const std::string place = x.device().kind() == Device::Kind::cpu ? "" : ", " + x.device().name();
  return fmt::format("{}\nshape {}, {}{}{}", elements, x.shape().text(), name_of(x.dtype()), place,
                     x.requires_grad() ? ", requires_grad" : "");
} catch (const std::bad_alloc&) {
  fail_out_of_memory("to_string");
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace linden
