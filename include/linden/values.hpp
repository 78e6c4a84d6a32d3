// Numbers and names as the caller has them: vectors, arrays, spans and lists of any arithmetic type, for data.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>
#include <memory>
#include <new>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace linden {

/// std::vector<float>, std::span<const int>, std::array<double, 9>, ...
template <class Range>
concept NumberRange = std::ranges::forward_range<const std::remove_cvref_t<Range>> &&
    std::is_arithmetic_v<std::ranges::range_value_t<Range>>;

/// The same of whole numbers: what counts, and must not be cut.
template <class Range>
concept WholeRange = NumberRange<Range> && Whole<std::ranges::range_value_t<Range>>;

/// std::vector<std::string>, std::span<const char* const>, ...
template <class Range>
concept NameRange = std::ranges::forward_range<const std::remove_cvref_t<Range>> &&
    std::is_convertible_v<std::ranges::range_reference_t<const std::remove_cvref_t<Range>>, std::string_view>;

/// One level, or several in ascending order, of which a model has an output each: 0.9, or {0.1, 0.5, 0.9}.
class Levels {
 public:
  Levels(double one) : one_(one) {}  // takes no memory
  Levels(std::initializer_list<double> several) : Levels(std::vector<double>(several)) {}
  Levels(std::vector<double> several) : is_one_(false), several_(std::move(several)) {}

  std::span<const double> values() const& noexcept { return is_one_ ? std::span(&one_, 1) : std::span(several_); }
  std::span<const double> values() && = delete;

 private:
  bool is_one_ = true;
  double one_ = 0;
  std::vector<double> several_;
};

/// One number a row, copied as f64: labels, weights, groups; or, as a tensor, K of them, where a row may have several:
/// labels, offsets.
class LINDEN_API NumberList {
 public:
  NumberList() = default;
  template <NumberRange Range>
  NumberList(const Range& numbers)  // NOLINT: meant to be implicit, as are the others
      : values_(Tensor::empty({static_cast<std::int64_t>(std::ranges::distance(numbers))})) {
    std::ranges::transform(numbers, values_.data<double>(), [](auto number) { return static_cast<double>(number); });
  }
  NumberList(std::initializer_list<double> numbers) : NumberList(std::span<const double>(numbers)) {}
  /// A tensor [rows] or [rows, K] of the host, of any dtype; [rows, 1] is [rows]. Throws ArgumentError for another
  /// rank, DeviceError on a GPU.
  NumberList(const Tensor& values);

  /// [rows] or [rows, K] f64, contiguous.
  const Tensor& values() const noexcept { return values_; }
  std::span<const double> span() const { return values_.span<const double>(); }
  bool empty() const noexcept { return values_.elements() == 0; }

 private:
  Tensor values_;
};

/// Names, copied: of features, of columns, of the classes of a label.
class NameList {
 public:
  NameList() = default;
  template <NameRange Range>
  NameList(const Range& names) try {  // NOLINT: meant to be implicit, as is the other
    for (const std::string_view name : names) names_.emplace_back(name);
  } catch (const std::bad_alloc&) {
    detail::out_of_memory("NameList");
  }
  NameList(std::initializer_list<std::string> names) : NameList(std::span<const std::string>(names)) {}
  /// One name, or none where it is "".
  template <class Text>
  requires std::is_convertible_v<const Text&, std::string_view> NameList(const Text& name)
  try {
    if (const std::string_view text = name; !text.empty()) names_.emplace_back(text);
  } catch (const std::bad_alloc&) {
    detail::out_of_memory("NameList");
  }

  std::span<const std::string> span() const noexcept { return names_; }
  bool empty() const noexcept { return names_.empty(); }
  std::size_t size() const noexcept { return names_.size(); }
  auto begin() const noexcept { return names_.begin(); }
  auto end() const noexcept { return names_.end(); }

 private:
  std::vector<std::string> names_;
};

/// Which rows belong together, as those of one query do: an id a row, a whole number or a text, the rows of an id
/// standing together; or, by sizes(), how many rows each group has, in order. What is kept is where groups begin.
class LINDEN_API GroupList {
 public:
  GroupList() = default;
  /// Throw DataError where rows of one id do not stand together, naming two of them and one between.
  template <class Range>
  requires WholeRange<Range> || NameRange<Range> GroupList(const Range& ids)
  try {  // NOLINT: meant to be implicit
    std::vector<std::int64_t> numbers;
    std::unordered_map<std::string, std::int64_t> texts;
    for (const auto& id : ids)
      if constexpr (WholeRange<Range>)
        numbers.push_back(static_cast<std::int64_t>(id));
      else
        numbers.push_back(texts.emplace(std::string_view(id), static_cast<std::int64_t>(texts.size())).first->second);
    starts_ = starts_of(numbers);
  } catch (const std::bad_alloc&) {
    detail::out_of_memory("GroupList");
  }
  GroupList(std::initializer_list<std::int64_t> ids) : GroupList(std::span<const std::int64_t>(ids)) {}
  GroupList(std::initializer_list<std::string> ids) : GroupList(std::span<const std::string>(ids)) {}
  /// Ids [rows] of i32 or i64 on the host. Throws ArgumentError for others.
  GroupList(const Tensor& ids);

  /// Groups of so many rows each, at least 1. Throws ArgumentError for a smaller size.
  template <WholeRange Range>
  static GroupList sizes(const Range& sizes) try {
    std::vector<std::int64_t> starts{0};
    for (const auto size : sizes) starts.push_back(starts.back() + checked_size(size));
    return of_starts(starts);
  } catch (const std::bad_alloc&) {
    detail::out_of_memory("GroupList");
  }
  static GroupList sizes(std::initializer_list<std::int64_t> sizes) {
    return GroupList::sizes(std::span<const std::int64_t>(sizes));
  }

  /// [groups + 1] i64: group g is the rows starts[g] .. starts[g + 1] - 1; empty without rows.
  const Tensor& starts() const noexcept { return starts_; }
  bool empty() const noexcept { return starts_.elements() == 0; }

 private:
  static Tensor starts_of(std::span<const std::int64_t> ids);
  template <Whole Size>
  static std::int64_t checked_size(Size size) {
    if (!std::in_range<std::int64_t>(size) || size < 1 || static_cast<std::int64_t>(size) > most_rows)
      refuse_size(std::to_string(size));
    return static_cast<std::int64_t>(size);
  }
  [[noreturn]] static void refuse_size(const std::string& size);
  static GroupList of_starts(std::span<const std::int64_t> starts);

  static constexpr std::int64_t most_rows = std::int64_t{1} << 40;  // so that sums of sizes are numbers of rows, too

  Tensor starts_;
};

namespace detail {

/// Throws ArgumentError for a number of a row or column of sparse data above the largest that there can be.
[[noreturn]] LINDEN_API void refuse_place(const std::string& number, std::int64_t most);

/// Numbers as a tensor of this type: moved into it from a temporary vector, referred to where that is asked for, else
/// copied. Throws ArgumentError for whole numbers that Number cannot hold.
template <class Number, class Range>
Tensor as_tensor(Range&& numbers, const Shape& shape, bool refer, const std::shared_ptr<const void>& owner) try {
  using Plain = std::remove_cvref_t<Range>;
  using Given = std::ranges::range_value_t<Plain>;
  if constexpr (std::is_same_v<Given, Number> && std::ranges::contiguous_range<Plain>) {
    if constexpr (!std::is_reference_v<Range> && !std::is_const_v<Range> && !std::ranges::borrowed_range<Plain>) {
      const auto kept = std::make_shared<Plain>(std::forward<Range>(numbers));
      return Tensor::view_of(std::span<const Number>(*kept), shape, kept);
    } else {
      const std::span<const Number> span(numbers);
      return refer || owner ? Tensor::view_of(span, shape, owner) : Tensor::copy_of(span, shape);
    }
  } else {
    std::vector<Number> converted;
    for (const auto number : numbers) {
      if constexpr (std::is_integral_v<Number> && std::is_integral_v<Given> && !std::is_same_v<Given, bool>)
        if (!std::in_range<Number>(number)) refuse_place(std::to_string(number), std::numeric_limits<Number>::max());
      converted.push_back(static_cast<Number>(number));
    }
    return as_tensor<Number>(std::move(converted), shape, false, nullptr);
  }
} catch (const std::bad_alloc&) {
  out_of_memory("Dataset");
}

/// float stays float, anything else becomes double.
template <class Range>
using feature_t =
    std::conditional_t<std::is_same_v<std::ranges::range_value_t<std::remove_cvref_t<Range>>, float>, float, double>;

template <class Range>
std::size_t count_of(const Range& numbers) {
  return static_cast<std::size_t>(std::ranges::distance(numbers));
}

}  // namespace detail
}  // namespace linden
