// A layer of Vulkan that makes of a card a small one, a full one, or one that its driver has lost.
//
// The file that OCTAVO_FAULTY_CARD names is read whenever memory is wanted and whenever work is handed over. It says
//   small N  the card has N bytes; more are refused
//   full     no more memory is given
//   lost     the device is lost (VK_ERROR_DEVICE_LOST)
// or nothing. The layer's interface to the loader is that of Vulkan-Loader, docs/LoaderLayerInterface.md, version 2.
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

namespace {

std::mutex guard;
std::map<VkDeviceMemory, VkDeviceSize> held;
VkDeviceSize held_bytes = 0;

PFN_vkGetInstanceProcAddr next_instance_address;
PFN_vkGetDeviceProcAddr next_device_address;
PFN_vkGetPhysicalDeviceMemoryProperties2 next_memory;
PFN_vkAllocateMemory next_allocate;
PFN_vkFreeMemory next_free;
PFN_vkQueueSubmit next_submit;

struct Fault {
  std::string kind;
  VkDeviceSize bytes = 0;
};

Fault fault() {
  Fault read;
  if (const char *path = std::getenv("OCTAVO_FAULTY_CARD")) {
    std::ifstream file(path);
    file >> read.kind >> read.bytes;
  }
  return read;
}

// What the loader has put behind `info` for the layers below this one.
template <typename Link, VkStructureType TYPE>
Link *link_of(const void *next) {
  auto link = static_cast<Link *>(const_cast<void *>(next));
  while (link && !(link->sType == TYPE && link->function == VK_LAYER_LINK_INFO)) {
    link = static_cast<Link *>(const_cast<void *>(link->pNext));
  }
  return link;
}

VKAPI_ATTR VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator,
                                               VkInstance *instance) {
  auto link = link_of<VkLayerInstanceCreateInfo, VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO>(info->pNext);
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  next_instance_address = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  auto create = reinterpret_cast<PFN_vkCreateInstance>(next_instance_address(VK_NULL_HANDLE, "vkCreateInstance"));
  VkResult result = create(info, allocator, instance);
  if (result == VK_SUCCESS) {
    next_memory = reinterpret_cast<PFN_vkGetPhysicalDeviceMemoryProperties2>(
        next_instance_address(*instance, "vkGetPhysicalDeviceMemoryProperties2"));
  }
  return result;
}

VKAPI_ATTR void VKAPI_CALL memory_properties2(VkPhysicalDevice card, VkPhysicalDeviceMemoryProperties2 *found) {
  next_memory(card, found);
  Fault now = fault();
  if (now.kind != "small") return;
  auto &heaps = found->memoryProperties;
  for (uint32_t i = 0; i < heaps.memoryHeapCount; i++) heaps.memoryHeaps[i].size = std::min(heaps.memoryHeaps[i].size, now.bytes);
  for (auto each = static_cast<VkBaseOutStructure *>(found->pNext); each; each = each->pNext) {
    if (each->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT) continue;
    auto budget = reinterpret_cast<VkPhysicalDeviceMemoryBudgetPropertiesEXT *>(each);
    std::lock_guard<std::mutex> lock(guard);
    budget->heapBudget[0] = now.bytes;
    budget->heapUsage[0] = std::min(held_bytes, now.bytes);
  }
}

VKAPI_ATTR void VKAPI_CALL memory_properties(VkPhysicalDevice card, VkPhysicalDeviceMemoryProperties *found) {
  VkPhysicalDeviceMemoryProperties2 more{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, nullptr, {}};
  memory_properties2(card, &more);
  *found = more.memoryProperties;
}

VKAPI_ATTR VkResult VKAPI_CALL create_device(VkPhysicalDevice card, const VkDeviceCreateInfo *info,
                                             const VkAllocationCallbacks *allocator, VkDevice *device) {
  auto link = link_of<VkLayerDeviceCreateInfo, VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO>(info->pNext);
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  auto address = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  next_device_address = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  auto create = reinterpret_cast<PFN_vkCreateDevice>(address(VK_NULL_HANDLE, "vkCreateDevice"));
  VkResult result = create(card, info, allocator, device);
  if (result == VK_SUCCESS) {
    next_allocate = reinterpret_cast<PFN_vkAllocateMemory>(next_device_address(*device, "vkAllocateMemory"));
    next_free = reinterpret_cast<PFN_vkFreeMemory>(next_device_address(*device, "vkFreeMemory"));
    next_submit = reinterpret_cast<PFN_vkQueueSubmit>(next_device_address(*device, "vkQueueSubmit"));
  }
  return result;
}

VKAPI_ATTR VkResult VKAPI_CALL allocate(VkDevice device, const VkMemoryAllocateInfo *info,
                                        const VkAllocationCallbacks *allocator, VkDeviceMemory *memory) {
  Fault now = fault();
  std::lock_guard<std::mutex> lock(guard);
  bool refused = now.kind == "full" || (now.kind == "small" && held_bytes + info->allocationSize > now.bytes);
  if (refused) return VK_ERROR_OUT_OF_DEVICE_MEMORY;
  VkResult result = next_allocate(device, info, allocator, memory);
  if (result == VK_SUCCESS) {
    held[*memory] = info->allocationSize;
    held_bytes += info->allocationSize;
  }
  return result;
}

VKAPI_ATTR void VKAPI_CALL free_memory(VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks *allocator) {
  {
    std::lock_guard<std::mutex> lock(guard);
    auto known = held.find(memory);
    if (known != held.end()) {
      held_bytes -= known->second;
      held.erase(known);
    }
  }
  next_free(device, memory, allocator);
}

VKAPI_ATTR VkResult VKAPI_CALL submit(VkQueue queue, uint32_t count, const VkSubmitInfo *submits, VkFence fence) {
  return fault().kind == "lost" ? VK_ERROR_DEVICE_LOST : next_submit(queue, count, submits, fence);
}

PFN_vkVoidFunction own(const char *name);

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL instance_address(VkInstance instance, const char *name) {
  PFN_vkVoidFunction function = own(name);
  return function ? function : next_instance_address(instance, name);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_address(VkDevice device, const char *name) {
  PFN_vkVoidFunction function = own(name);
  return function ? function : next_device_address(device, name);
}

PFN_vkVoidFunction own(const char *name) {
  static const std::map<std::string, PFN_vkVoidFunction> functions = {
      {"vkGetInstanceProcAddr", reinterpret_cast<PFN_vkVoidFunction>(instance_address)},
      {"vkGetDeviceProcAddr", reinterpret_cast<PFN_vkVoidFunction>(device_address)},
      {"vkCreateInstance", reinterpret_cast<PFN_vkVoidFunction>(create_instance)},
      {"vkCreateDevice", reinterpret_cast<PFN_vkVoidFunction>(create_device)},
      {"vkGetPhysicalDeviceMemoryProperties", reinterpret_cast<PFN_vkVoidFunction>(memory_properties)},
      {"vkGetPhysicalDeviceMemoryProperties2", reinterpret_cast<PFN_vkVoidFunction>(memory_properties2)},
      {"vkGetPhysicalDeviceMemoryProperties2KHR", reinterpret_cast<PFN_vkVoidFunction>(memory_properties2)},
      {"vkAllocateMemory", reinterpret_cast<PFN_vkVoidFunction>(allocate)},
      {"vkFreeMemory", reinterpret_cast<PFN_vkVoidFunction>(free_memory)},
      {"vkQueueSubmit", reinterpret_cast<PFN_vkVoidFunction>(submit)},
  };
  auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

}  // namespace

extern "C" VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *wanted) {
  wanted->loaderLayerInterfaceVersion = std::min(wanted->loaderLayerInterfaceVersion, 2u);
  wanted->pfnGetInstanceProcAddr = instance_address;
  wanted->pfnGetDeviceProcAddr = device_address;
  wanted->pfnGetPhysicalDeviceProcAddr = nullptr;
  return VK_SUCCESS;
}
