using FastShardMap.Cluster;

return await ClusterTool.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
