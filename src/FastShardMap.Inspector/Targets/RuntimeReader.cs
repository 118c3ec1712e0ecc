using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// The library that reads a runtime's own data (the DAC), which each runtime brings along. ClrMD neither downloads it
/// nor looks for it beside the runtime, except on Windows, where it can check the library's signature.
/// </summary>
internal static class RuntimeReader
{
    private const string LinuxLibrary = "libmscordaccore.so";
    private const string MacLibrary = "libmscordaccore.dylib";

    /// <summary>The path of the library; null to leave the search to ClrMD.</summary>
    /// <remarks>
    /// A dump names the folder of its runtime and may lie, so the library must belong to root or to the user: the tool
    /// does not run the code of others.
    /// </remarks>
    /// <exception cref="InspectionException">The library belongs to another user.</exception>
    public static string? Find(ClrInfo runtime)
    {
        string? library = OperatingSystem.IsLinux() ? LinuxLibrary
            : OperatingSystem.IsMacOS() ? MacLibrary : null;
        string? folder = Path.GetDirectoryName(runtime.ModuleInfo.FileName);
        if (library is null || string.IsNullOrEmpty(folder))
        {
            return null;
        }

        string path = Path.Combine(folder, library);
        if (!File.Exists(path))
        {
            return null;
        }

        return !OperatingSystem.IsLinux() || LinuxNative.BelongsToRootOrUser(path)
            ? path
            : throw new InspectionException($"{path} belongs to another user, so it is not loaded");
    }
}
