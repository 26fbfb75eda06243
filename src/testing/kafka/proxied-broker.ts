import {type Broker, type BrokerOptions, startBroker} from './broker.ts';
import {FaultProxy} from './proxy.ts';

/** A broker of one's own and the proxy before it. Clients that begin at `proxy.bootstrap` stay behind the proxy; those that begin at `broker.bootstrap` go past it. */
export async function startProxiedBroker(
  options: Omit<BrokerOptions, 'advertisedPort'> = {},
): Promise<{readonly broker: Broker; readonly proxy: FaultProxy}> {
  let targetPort = 0;
  const proxy = await FaultProxy.listen(() => targetPort);
  try {
    const broker = await startBroker({...options, advertisedPort: proxy.port});
    targetPort = broker.proxiedPort as number;
    return {broker, proxy};
  } catch (error) {
    await proxy.close();
    throw error;
  }
}
