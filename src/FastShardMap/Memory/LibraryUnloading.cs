using System.Runtime.Loader;

namespace FastShardMap.Memory;

/// <summary>Handles the unloading of a library that was loaded into a collectible load context. Objects that the
/// framework references (a meter) must then be withdrawn; otherwise the context is never unloaded.</summary>
internal static class LibraryUnloading
{
    /// <summary>Registers an action for the time when the unloading of this library begins. Does nothing for a library
    /// that is never unloaded.</summary>
    public static void Register(Action withdraw)
    {
        AssemblyLoadContext? context = AssemblyLoadContext.GetLoadContext(typeof(LibraryUnloading).Assembly);
        if (context is { IsCollectible: true })
        {
            context.Unloading += _ => withdraw();
        }
    }
}
