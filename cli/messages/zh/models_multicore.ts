import type { enMulticore } from "../en/models_multicore.ts";

/** The models in which several loops share the clients, in Chinese. */
export const zhMulticore: typeof enMulticore = {
  reuseport: {
    strength: "每个处理器一个循环，循环之间什么都不共享",
    limit: "由散列决定客户端归谁，而散列不知道谁正忙着",
    how: [
      "每个循环就是 epoll 的那个循环，各在自己的线程里，各有自己的监听套接字。" +
      "它们全都绑定在同一个端口上，SO_REUSEPORT 允许这样做。" +
      "新连接到来时，系统对它的地址和端口做散列，散列指到哪个监听套接字，就放进哪个的队列。",
      "因此循环之间既不要锁也不要队列，也不会为别人的客户端白白醒来。" +
      "nginx 的配置里写上 reuseport，就是这样做的。",
      "散列只在平均意义上均匀，也不知道哪个循环正忙。某个循环在计算时，" +
      "排在它监听队列里的客户端就得等着，哪怕其他循环都闲着。",
      "用系统的套接字时，工作线程出错，监听套接字仍然开着，接替它的线程会接受队列里的客户端；" +
      "用 Deno 的套接字时，监听套接字随工作线程一起关闭。",
    ],
    drawing: `
                     ┌──▶ 监听套接字 1 ──▶ 循环 1：epoll_wait，服务
  客户端 ──▶ 散列 ───┼──▶ 监听套接字 2 ──▶ 循环 2：epoll_wait，服务
                     └──▶ 监听套接字 3 ──▶ 循环 3：正在计算，它的队列等着`,
    strengths: [
      "所有 CPU 都用得上，也没有什么共享的东西会成为瓶颈。",
      "建立连接也能随处理器增长：在内核里，每个监听套接字有自己的队列和自己的锁。",
    ],
    weaknesses: [
      "一个循环被拖住，散列分给它的客户端就全被拖住。",
      "客户端不多时，各个循环分到的数目相差很大。",
      "会这样分摊连接的是 Linux；别的系统可能把它们全交给同一个监听套接字。",
    ],
    tries: [
      ["playground serve reuseport --workers 2 --watch", "看那些泳道：每个循环一条"],
      ["playground flood --conns 1000 --duration 3s", "每个循环分到的差不多"],
      ["playground lab stuck-worker", "一个循环在计算时，谁在等"],
    ],
  },
  reactors: {
    strength: "由接受连接的一方挑选循环，所以各个循环可以一样忙",
    limit: "每个连接都要转交：一个队列、一次唤醒，而且只有一个线程替大家接受连接",
    how: [
      "有一个线程只管接受连接。它把每个连接放进某个循环的队列，队列在双方都看得见的内存里，" +
      "然后写那个循环的 eventfd。循环监视 eventfd，就像监视监听套接字一样：它可读，就说明队列里有连接。",
      "从此这个连接归那个循环所有，再也不会换地方。",
      "连接可以轮流分给各个循环（--hand round-robin），也可以分给客户端最少的那个（--hand least-busy）；" +
      "客户端停留的时间长短不一时，这就有区别了。",
      "memcached 就这样把连接交给它的线程；Netty 把这两方叫作 boss 和 worker。" +
      "它需要系统的套接字：在那里，线程可以把描述符交给另一个线程。",
    ],
    drawing: `
                                  ┌──▶ 队列、eventfd ──▶ 循环 1：epoll_wait
  监听套接字 ──▶ accept ── 分派 ──├──▶ 队列、eventfd ──▶ 循环 2：epoll_wait
                                  └──▶ 队列、eventfd ──▶ 循环 3：epoll_wait`,
    strengths: [
      "所有 CPU 都用得上；各个循环的份额有多平均，由分派的一方说了算。",
      "把客户端交给哪个循环可以有理由：客户端最少、来自同一主机、属于某一服务等级。",
    ],
    weaknesses: [
      "一个连接在收到第一个字节之前，先要唤醒另一个线程。",
      "客户端最少不等于活最少，而客户端又从不更换循环。",
    ],
    tries: [
      ["playground serve reactors --workers 2 --watch", "看那些泳道：每个循环一条"],
      ["playground flood --conns 1000 --duration 3s", "每个循环分到的正好一样多"],
      ["playground serve reactors --hand least-busy --watch", "关掉一些客户端，再打开一些"],
    ],
  },
  "leader-followers": {
    strength: "哪个线程看到客户端的数据，就由它服务：没有队列，也不必唤醒别的线程",
    limit: "会话只能留在一个线程里，所以有状态的处理函数终究还得转交",
    how: [
      "只有一个 epoll，每次只有一个线程在里面等待所有的客户端，它就是领导者。" +
      "某个客户端就绪时，领导者从追随者中指定下一个领导者，然后自己去服务这个客户端，服务完再去追随。" +
      "《面向模式的软件架构》卷 2 讲的就是它。",
      "EPOLLONESHOT 把客户端只报告给一个线程，在这个线程重新提出要求之前，不再报告给任何线程。" +
      "因此多个线程可以共有全部客户端，而任何两个都不会拿到同一个。",
      "一个线程只在处理一条消息的时候拥有客户端，这期间它尽可以阻塞：接收、计算、把应答全部发完。",
      "在 JavaScript 里，会话不能从一个线程搬到另一个线程。echo、discard、upper 这几个处理函数什么都不记，" +
      "所以任何线程都能服务任何客户端。用其他处理函数时，客户端绑定在接受它的线程上：" +
      "领导者把它的事件交给那个线程，自己继续领导。",
    ],
    drawing: `
  客户端 1 ─┐            ┌── 领导者：在 epoll_wait 里等待所有客户端；
  客户端 2 ─┼── epoll ───┤   等到后指定下一个领导者，服务，再提出要求
  客户端 3 ─┘ （一次性） └── 追随者：有的在服务，其余的在睡`,
    strengths: [
      "就绪的客户端由任何一个空闲的线程服务，不管以前是谁服务的。",
      "负责服务的线程本来就醒着，客户端的数据不会换到别的处理器上。",
    ],
    weaknesses: [
      "每条消息多两次调用：一次要求下一个事件，一次唤醒下一个领导者。",
      "不接收数据的客户端只要和线程一样多，所有其他客户端就都得不到服务。",
    ],
    tries: [
      ["playground serve leader-followers --workers 4 --watch", "一个客户端的条块会换泳道"],
      ["playground flood --conns 50 --duration 3s", "与 reactors 比较"],
      [
        "playground serve leader-followers --workers 4 --handler http --watch",
        "这下每个客户端都留在自己的泳道上",
      ],
    ],
  },
};
