#include "boosting/predict/device_forest.hpp"

#include <cstring>
#include <span>
#include <vector>

namespace linden {
namespace {

// Lists, one after the other, in what becomes one copy.
class Bundle {
 public:
  // Returns the place of the list's first value.
  template <class T>
  std::size_t add(std::span<const T> values) {
    const std::size_t place = (bytes_.size() + 15) / 16 * 16;
    bytes_.resize(place + values.size_bytes());
    if (!values.empty()) std::memcpy(bytes_.data() + place, values.data(), values.size_bytes());
    return place;
  }
  const std::vector<std::byte>& bytes() const noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace

DeviceForest::DeviceForest(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees)
    : view_(forest.view(trees)) {
  if (context.queue == nullptr) return;
  const auto nodes = static_cast<std::size_t>(forest.nodes(trees));
  Bundle bundle;
  const std::size_t first_node = bundle.add(std::span(view_.nodes, nodes));
  const std::size_t first_detail = bundle.add(std::span(view_.details, nodes));
  const std::size_t first_root = bundle.add(std::span(view_.roots, static_cast<std::size_t>(trees)));
  const std::size_t first_output = bundle.add(std::span(view_.outputs, static_cast<std::size_t>(trees)));
  const std::size_t first_word = bundle.add(forest.category_words());
  memory_ = DeviceArray<std::byte>(backend.memory, context, static_cast<std::int64_t>(bundle.bytes().size()), "trees");
  memory_.upload(bundle.bytes().data());
  view_.nodes = reinterpret_cast<const ForestNode*>(memory_.data() + first_node);
  view_.details = reinterpret_cast<const ForestDetail*>(memory_.data() + first_detail);
  view_.roots = reinterpret_cast<const std::int32_t*>(memory_.data() + first_root);
  view_.outputs = reinterpret_cast<const std::int32_t*>(memory_.data() + first_output);
  view_.categories = reinterpret_cast<const std::uint32_t*>(memory_.data() + first_word);
}

}  // namespace linden
