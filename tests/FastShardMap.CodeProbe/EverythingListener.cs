using System.Diagnostics.Tracing;

namespace FastShardMap.CodeProbe;

/// <summary>Listens to all the library says, and does nothing with it.</summary>
internal sealed class EverythingListener : EventListener
{
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "FastShardMap")
        {
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
        }
    }
}
