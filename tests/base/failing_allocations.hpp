// Calls whose k-th allocation fails, for k = 1, 2, ... until they succeed. A program that includes this replaces
// operator new (failing_allocations.cpp).
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <linden/linden.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <vector>

namespace linden {

/// From here on the k-th allocation of the process fails, once; 0: none does.
void fail_allocation(long k);
/// Whether it was reached; none fails any more.
bool stop_failing();
/// How many allocations are alive.
long live_allocations();

/// Until the end of the scope nothing fails and nothing counts: what a caller allocates is no matter of the library.
class CallersOwn {
 public:
  CallersOwn();
  ~CallersOwn();

 private:
  long before_;
};

/// A copy for a parameter that is taken by value.
template <class T>
T copy_of(const T& value) {
  const CallersOwn scope;
  return value;
}

/// A list of tensors, which is the caller's.
template <class... Tensors>
std::vector<Tensor> list_of(const Tensors&... tensors) {
  const CallersOwn scope;
  return {tensors...};
}

// Results as text, to be compared.

inline std::string text_of(const std::string& text) { return text; }
inline std::string text_of(const Tensor& x) {
  return fmt::format("{} {} {}", name_of(x.dtype()), x.shape().text(), fmt::join(x.to_vector<double>(), " "));
}
inline std::string text_of(const Sorted& sorted) { return text_of(sorted.values) + text_of(sorted.indices); }
inline std::string text_of(const NamedTensor& x) { return x.name + text_of(x.value); }
template <class T>
requires std::is_arithmetic_v<T> std::string text_of(T number) { return fmt::format("{}", number); }
template <class Model>
requires std::is_same_v<Model, BoostedModel> || std::is_same_v<Model, LinearModel> std::string text_of(
    const Model& model) {
  return model.to_string();
}
template <class T>
requires requires(std::ostream& out, const T& value) {
  out << value;
} &&(!std::is_arithmetic_v<T> && !std::is_convertible_v<T, std::string> && !std::is_same_v<T, Tensor> &&
     !std::is_same_v<T, BoostedModel> && !std::is_same_v<T, LinearModel>)std::string text_of(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}
inline std::string text_of(const AnyModel& model) {
  return std::visit([](const auto& m) { return text_of(m); }, model);
}
inline std::string text_of(const Fold& fold) {
  return fmt::format("{} | {}", fmt::join(fold.train, " "), fmt::join(fold.test, " "));
}
inline std::string text_of(const FieldInfo& field) { return field.name + field.value + field.range + field.meaning; }
inline std::string text_of(const Importance& i) { return fmt::format("{} {} {}", i.name, i.gain, i.splits); }
inline std::string text_of(const Loss& loss) { return loss.name(); }
inline std::string text_of(const LossParameter& parameter) {
  return fmt::format("{} {}", parameter.name, parameter.value);
}
inline std::string text_of(const Metric& metric) { return metric.name(); }
inline std::string text_of(const MetricValue& metric) { return fmt::format("{} {}", metric.name, metric.value); }
inline std::string text_of(const Schema& schema) {
  std::string text = fmt::format("{} {}", fmt::join(schema.label_names, ","), schema.group_name);
  for (const Schema::Feature& feature : schema.features)
    text += fmt::format(" {} {}", feature.name, fmt::join(feature.categories, ","));
  return text;
}
inline std::string text_of(const Column& column) { return column.name + text_of(column.values); }
inline std::string text_of(const SparseRows& sparse) {
  return fmt::format("{} {} {}", fmt::join(sparse.names, " "), text_of(sparse.columns), text_of(sparse.values));
}
inline std::string text_of(const RowPredictor& row) { return fmt::format("{}", row.outputs()); }
inline std::string text_of(const Callback& callback) { return callback ? "a callback" : "none"; }
inline std::string text_of(const GradientCheck& check) { return fmt::format("{} {}", check.passed, check.message); }
inline std::string text_of(const Tree& tree) { return fmt::format("{} nodes", tree.nodes.size()); }
template <class T>
std::string text_of(const std::vector<T>& values);
template <class A, class B>
std::string text_of(const std::pair<A, B>& both) {
  return text_of(both.first) + " / " + text_of(both.second);
}
template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += text_of(value) + "\n";
  return text;
}

// Streams of the caller: the library alone allocates within them.

/// What operator<< writes.
template <class T>
std::string text_of_stream(const T& value) {
  std::optional<std::ostringstream> out;
  {
    const CallersOwn scope;
    out.emplace();
    *out << std::string(1 << 16, ' ');  // it has room
    out->seekp(0);
  }
  out->exceptions(std::ios::badbit);
  *out << value;
  const CallersOwn scope;
  return out->str();
}

template <class Model>
std::string saved_to_stream(const Model& model) {
  std::optional<std::ostringstream> out;
  {
    const CallersOwn scope;
    out.emplace();
    *out << std::string(1 << 16, ' ');
    out->seekp(0);
  }
  model.save(*out);
  const CallersOwn scope;
  return out->str();
}

template <class Load>
auto loaded_from_stream(const std::string& text, const Load& load) {
  std::optional<std::istringstream> in;
  {
    const CallersOwn scope;
    in.emplace(text);
  }
  return load(*in);
}

/// What a call does, and what it returns as text, which is no matter of the library.
template <class Call>
std::string result_of(const Call& call) {
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
    return "";
  } else {
    const auto& result = call();
    const CallersOwn scope;
    return text_of(result);
  }
}

/// Lets allocations of a call fail, one a try: the first fifty in turn, then in steps of a fiftieth. Whatever is thrown
/// then is a linden::Error, nothing leaks, and what is returned, then and afterwards, is what was returned before.
/// Returns how many tries ended in an error.
template <class Call>
int fail_in_turn(const std::string& name, const Call& call) {
  const std::string expected = result_of(call);
  const long before = live_allocations();
  int failed = 0;
  bool was_reached = true;
  for (long k = 1; was_reached; k += std::max(1L, k / 50)) {
    std::string result = expected;
    fail_allocation(k);
    try {
      result = result_of(call);
      was_reached = stop_failing();
    } catch (const Error&) {
      was_reached = stop_failing();
      ++failed;
    } catch (const std::exception& error) {
      was_reached = stop_failing();
      ADD_FAILURE() << name << ", allocation " << k << ": " << typeid(error).name() << ": " << error.what();
      return failed;
    }
    EXPECT_EQ(result, expected) << name << ", allocation " << k;
  }
  EXPECT_EQ(live_allocations(), before) << name << " leaks";
  EXPECT_EQ(result_of(call), expected) << name;
  return failed;
}

}  // namespace linden
