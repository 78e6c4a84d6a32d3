// The part of CUDA's runtime that Linden's host code calls, on the executor: what nvcc takes from its toolkit, a build
// for the executor finds here. Errors of a kernel are thrown as DeviceError by the call that synchronises.
#pragma once

#define LINDEN_SIMT

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "simt/memory/heap.hpp"
#include "simt/memory/pinned.hpp"
#include "simt/memory/shared_memory.hpp"
#include "simt/stream.hpp"
#include "simt/words.hpp"

using cudaStream_t = linden::simt::Stream*;
using cudaEvent_t = linden::simt::Event*;

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorNoKernelImageForDevice = 209,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorNotReady = 600
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost,
  cudaMemcpyHostToDevice,
  cudaMemcpyDeviceToHost,
  cudaMemcpyDeviceToDevice,
  cudaMemcpyDefault
};
enum cudaDeviceAttr {
  cudaDevAttrMaxThreadsPerBlock = 1,
  cudaDevAttrMultiProcessorCount = 16,
  cudaDevAttrComputeCapabilityMajor = 75,
  cudaDevAttrComputeCapabilityMinor = 76,
  cudaDevAttrMaxSharedMemoryPerBlockOptin = 97,
  cudaDevAttrMemoryPoolsSupported = 115
};
inline constexpr unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2;

inline const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorInvalidValue: return "invalid argument";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInsufficientDriver: return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice: return "no CUDA-capable device is detected";
    case cudaErrorNoKernelImageForDevice: return "no kernel image is available for execution on the device";
    case cudaErrorInvalidResourceHandle: return "invalid resource handle";
    case cudaErrorNotReady: return "device not ready";
  }
  return "unrecognized error code";
}
inline cudaError_t cudaGetLastError() { return cudaSuccess; }

// Five devices, which share one heap: the second has no memory pools, the third is older than the kernels, and the
// others have all that compute capability 9.0 has.
inline constexpr int device_without_pools = 1, device_too_old = 2, simt_devices = 5;

inline cudaError_t cudaGetDeviceCount(int* count) { return *count = simt_devices, cudaSuccess; }
inline cudaError_t cudaGetDevice(int* device) { return *device = linden::simt::current_device(), cudaSuccess; }
inline cudaError_t cudaSetDevice(int device) {
  if (device < 0 || device >= simt_devices) return cudaErrorInvalidValue;
  return linden::simt::set_current_device(device), cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (device < 0 || device >= simt_devices) return cudaErrorInvalidValue;
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock: return *value = 1024, cudaSuccess;
    case cudaDevAttrMultiProcessorCount: return *value = 2, cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor: return *value = device == device_too_old ? 5 : 9, cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor: return *value = device == device_too_old ? 2 : 0, cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: return *value = int(linden::simt::max_shared_memory), cudaSuccess;
    case cudaDevAttrMemoryPoolsSupported: return *value = device == device_without_pools ? 0 : 1, cudaSuccess;
  }
  return cudaErrorInvalidValue;
}
struct cudaUUID_t {
  char bytes[16];
};
struct cudaDeviceProp {
  cudaUUID_t uuid;
};
inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device < 0 || device >= simt_devices) return cudaErrorInvalidValue;
  return *properties = {}, properties->uuid.bytes[0] = static_cast<char>(device + 1), cudaSuccess;
}
inline cudaError_t cudaDeviceSynchronize() { return linden::simt::synchronize_device(), cudaSuccess; }

inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  return *stream = linden::simt::create_stream(), cudaSuccess;
}
inline cudaError_t cudaStreamDestroy(cudaStream_t stream) { return linden::simt::destroy_stream(stream), cudaSuccess; }
inline cudaError_t cudaStreamSynchronize(cudaStream_t stream) { return linden::simt::synchronize(stream), cudaSuccess; }
inline cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned = 0) {
  return linden::simt::wait_for(stream, event), cudaSuccess;
}
inline cudaError_t cudaLaunchHostFunc(cudaStream_t stream, void (*function)(void*), void* data) {
  return linden::simt::run_async(stream, [=] { function(data); }), cudaSuccess;
}
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return *event = linden::simt::create_event(), cudaSuccess;
}
inline cudaError_t cudaEventDestroy(cudaEvent_t event) { return linden::simt::destroy_event(event), cudaSuccess; }
inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return linden::simt::record(event, stream), cudaSuccess;
}
inline cudaError_t cudaEventSynchronize(cudaEvent_t event) { return linden::simt::synchronize(event), cudaSuccess; }
inline cudaError_t cudaEventQuery(cudaEvent_t event) {
  return linden::simt::is_done(event) ? cudaSuccess : cudaErrorNotReady;
}

template <class T>
cudaError_t cudaMallocAsync(T** memory, std::size_t bytes, cudaStream_t) {
  *memory = bytes == 0 ? nullptr : static_cast<T*>(linden::simt::allocate(bytes));
  return *memory != nullptr || bytes == 0 ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  return linden::simt::free_async(memory, stream), cudaSuccess;
}

// Pools: all of them share the heap.
using cudaMemPool_t = int*;
enum cudaMemAllocationType { cudaMemAllocationTypePinned = 1 };
enum cudaMemLocationType { cudaMemLocationTypeDevice = 1 };
struct cudaMemPoolProps {
  cudaMemAllocationType allocType;
  struct {
    cudaMemLocationType type;
    int id;
  } location;
};
enum cudaMemPoolAttr {
  cudaMemPoolAttrReleaseThreshold = 4,
  cudaMemPoolAttrReservedMemCurrent,
  cudaMemPoolAttrReservedMemHigh,
  cudaMemPoolAttrUsedMemCurrent
};
inline cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* properties) {
  return *pool = nullptr, properties->location.id == device_without_pools ? cudaErrorInvalidValue : cudaSuccess;
}
inline cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
inline cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
  return *static_cast<std::uint64_t*>(value) = 0, cudaSuccess;  // nothing is kept
}
inline cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t) { return cudaSuccess; }
inline cudaError_t cudaMallocFromPoolAsync(void** memory, std::size_t bytes, cudaMemPool_t, cudaStream_t stream) {
  if (linden::simt::current_device() == device_without_pools) return cudaErrorInvalidValue;
  return cudaMallocAsync(memory, bytes, stream);
}
struct cudaFuncAttributes {};
inline cudaError_t cudaFuncGetAttributes(cudaFuncAttributes*, const void*) {
  return linden::simt::current_device() == device_too_old ? cudaErrorNoKernelImageForDevice : cudaSuccess;
}
inline cudaError_t cudaDriverGetVersion(int* version) { return *version = 13000, cudaSuccess; }
inline cudaError_t cudaRuntimeGetVersion(int* version) { return *version = 13000, cudaSuccess; }

template <class T>
cudaError_t cudaMalloc(T** memory, std::size_t bytes) {
  return cudaMallocAsync(memory, bytes, nullptr);
}
inline cudaError_t cudaFree(void* memory) {
  linden::simt::synchronize_device();
  return linden::simt::free(memory), cudaSuccess;
}
template <class T>
cudaError_t cudaMallocHost(T** memory, std::size_t bytes) {
  *memory = static_cast<T*>(linden::simt::allocate_pinned(bytes));
  return *memory != nullptr ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaFreeHost(void* memory) { return linden::simt::free_pinned(memory), cudaSuccess; }

enum cudaMemoryType { cudaMemoryTypeUnregistered, cudaMemoryTypeHost, cudaMemoryTypeDevice, cudaMemoryTypeManaged };
struct cudaPointerAttributes {
  cudaMemoryType type;
};
inline cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* address) {
  attributes->type = linden::simt::is_device_address(address)   ? cudaMemoryTypeDevice
                     : linden::simt::is_pinned_address(address) ? cudaMemoryTypeHost
                                                                : cudaMemoryTypeUnregistered;
  return cudaSuccess;
}
inline cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const linden::simt::HeapUse use = linden::simt::heap_use();
  *free = use.limit - use.bytes;
  *total = use.limit;
  return cudaSuccess;
}

inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                                   cudaStream_t stream) {
  const bool to_device = linden::simt::is_device_address(to), from_device = linden::simt::is_device_address(from);
  if (bytes > 0 && kind != cudaMemcpyDefault && int(kind) != int(to_device) + 2 * int(from_device))
    return cudaErrorInvalidValue;
  if (bytes > 0 && to_device && !from_device &&
      !linden::simt::is_pinned_address(from)) {  // pageable memory is copied before the call returns
    const auto* const first = static_cast<const unsigned char*>(from);
    const auto staged = std::make_shared<std::vector<unsigned char>>(first, first + bytes);
    linden::simt::copy_async(to, staged->data(), bytes, stream);
    return linden::simt::run_async(stream, [staged] {}), cudaSuccess;
  }
  return linden::simt::copy_async(to, from, bytes, stream), cudaSuccess;
}
inline cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  const cudaError_t queued = cudaMemcpyAsync(to, from, bytes, kind, nullptr);
  return queued == cudaSuccess ? cudaStreamSynchronize(nullptr) : queued;
}
inline cudaError_t cudaMemsetAsync(void* to, int byte, std::size_t bytes, cudaStream_t stream) {
  if (linden::simt::device_of(stream) != linden::simt::current_device()) return cudaErrorInvalidResourceHandle;
  return linden::simt::fill_async(to, static_cast<unsigned char>(byte), bytes, stream), cudaSuccess;
}
