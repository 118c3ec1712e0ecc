using System.Runtime.Loader;

namespace FastShardMap.Memory;

/// <summary>The end of a library that was loaded into a collectible load context. What the framework holds on to must be
/// withdrawn then (a meter), or the context is never unloaded.</summary>
internal static class LibraryUnloading
{
    /// <summary>Registers what is to be done when the unloading of this library begins. Does nothing for a library that stays.</summary>
    public static void Register(Action withdraw)
    {
        AssemblyLoadContext? context = AssemblyLoadContext.GetLoadContext(typeof(LibraryUnloading).Assembly);
        if (context is { IsCollectible: true })
        {
            context.Unloading += _ => withdraw();
        }
    }
}
